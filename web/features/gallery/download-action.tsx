import { ActionIcon, Tooltip } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { appUrl } from '../../data/base-path.ts';
import type { Picture } from './pictures.ts';

/** Saves the picture's file, whose infotext is inside. */
export function DownloadAction({ picture }: { picture: Picture | null }) {
  const icon = <IconDownload size={18} stroke={1.6} />;
  if (picture === null) {
    return (
      <ActionIcon aria-label="Download" disabled>
        {icon}
      </ActionIcon>
    );
  }
  return (
    <Tooltip label="Download">
      <ActionIcon
        component="a"
        href={appUrl(picture.image.url)}
        download={fileName(picture)}
        aria-label="Download"
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

function fileName({ image }: Picture): string {
  return image.file?.split('/').at(-1) ?? `${image.seed}.png`;
}
