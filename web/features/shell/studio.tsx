'use client';

import { useQueryClient } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { connectLive } from '../../data/socket.ts';
import { QueueDrawer } from '../queue/queue-drawer.tsx';
import { Txt2Img } from '../txt2img/txt2img.tsx';
import { Txt2ImgFrame } from '../txt2img/txt2img-frame.tsx';
import { ConnectionNote } from './connection-note.tsx';
import { Rail } from './rail.tsx';
import classes from './studio.module.css';
import { useMounted } from './use-mounted.ts';
import { usePageTitle } from './use-page-title.ts';
import { useTab } from './use-tab.ts';

const SettingsTab = dynamic(() => import('../settings/settings-tab.tsx').then((room) => room.SettingsTab), {
  ssr: false,
});

/** The whole page: rail, the open tab, and what lies over them. */
export function Studio() {
  const client = useQueryClient();
  const mounted = useMounted();
  const tab = useTab();
  const [queueOpen, setQueueOpen] = useState(false);
  useEffect(() => connectLive(client), [client]);
  usePageTitle();
  return (
    <div className={classes.studio}>
      <Rail tab={tab} onQueue={() => setQueueOpen(true)} />
      <main className={classes.main}>
        <div className={classes.tab} hidden={tab !== 'txt2img'}>
          {mounted ? <Txt2Img active={tab === 'txt2img'} /> : <Txt2ImgFrame />}
        </div>
        {tab === 'settings' && <SettingsTab />}
      </main>
      <ConnectionNote />
      <QueueDrawer opened={queueOpen} onClose={() => setQueueOpen(false)} />
    </div>
  );
}
