import { Studio } from '../features/shell/studio.tsx';

export default function Page() {
  return <Studio />;
}
