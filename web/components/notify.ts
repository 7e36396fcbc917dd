import { notifications } from '@mantine/notifications';
import { ApiError } from '../data/api.ts';

/** Tells that something asked for in passing did not work. What concerns a field is shown at the field instead. */
export function notifyError(title: string, thrown: unknown): void {
  notifications.show({ title, message: ApiError.from(thrown).record.message, color: 'red', autoClose: 8000 });
}
