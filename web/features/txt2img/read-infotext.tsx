import { IconTransferIn } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { IconAction } from '../../components/icon-action.tsx';
import { notifyError } from '../../components/notify.ts';
import { postJson } from '../../data/api.ts';
import type { ParsedInfotext } from '../../data/api-types.ts';
import { looksLikeInfotext } from '../gallery/infotext.ts';
import { useForm } from './form-store.ts';
import { editsFrom } from './form-values.ts';

/** Takes the settings out of an infotext that was pasted into the prompt. */
export function ReadInfotext({ text }: { text: string }) {
  const edit = useForm((state) => state.edit);
  const found = looksLikeInfotext(text);
  const { mutate, isPending } = useMutation({
    mutationFn: () => postJson<ParsedInfotext>('api/infotext/parse', { text }),
    onSuccess: ({ fields }) => edit({ prompt: '', negative_prompt: '', ...editsFrom(fields) }),
    onError: (error) => notifyError('The text could not be read', error),
  });
  return (
    <IconAction
      label={
        found
          ? 'Fill the fields from this text'
          : 'Paste a picture’s infotext into the prompt to fill the fields'
      }
      size={24}
      variant={found ? 'light' : 'subtle'}
      color={found ? 'verdigris' : 'gray'}
      loading={isPending}
      aria-disabled={!found}
      onClick={() => found && mutate()}
    >
      <IconTransferIn size={15} stroke={1.7} />
    </IconAction>
  );
}
