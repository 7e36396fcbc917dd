import { useTimeout } from '@mantine/hooks';
import { useState } from 'react';
import { useModels } from '../../data/queries.ts';
import { useForm } from '../txt2img/form-store.ts';
import type { Picture } from './pictures.ts';
import { settingsOf } from './settings-of.ts';

/** Puts a picture's settings back into the form; `applied` for a moment after. */
export function useSettingsOf(picture: Picture | null): { apply: () => void; applied: boolean } {
  const edit = useForm((state) => state.edit);
  const { data: models } = useModels();
  const [appliedKey, setAppliedKey] = useState<string | null>(null);
  const { start } = useTimeout(() => setAppliedKey(null), 1600);
  const apply = () => {
    if (picture === null) return;
    edit(settingsOf(picture, models?.current ?? null));
    setAppliedKey(picture.key);
    start();
  };
  return { apply, applied: picture !== null && appliedKey === picture.key };
}
