import { useEffect, useRef, useState } from 'react';
import type { Job } from '#contracts/job.ts';
import type { Preview } from '#contracts/live.ts';
import { Weave } from '../../components/weave.tsx';
import { useLive } from '../../data/live-store.ts';
import classes from './frame.module.css';

/** Draws each preview over the last one, so that nothing flickers; a weave stands there until the first. */
export function PreviewCanvas({ job }: { job: Job }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    let newest = 0;
    setDrawn(false);
    const show = async (preview: Preview | null) => {
      if (preview?.jobId !== job.id) return;
      const turn = ++newest;
      const bitmap = await decode(preview);
      if (turn === newest && canvas.current && bitmap) {
        draw(canvas.current, bitmap);
        setDrawn(true);
      }
      bitmap?.close();
    };
    void show(useLive.getState().preview);
    const stop = useLive.subscribe((live, before) => {
      if (live.preview !== before.preview) void show(live.preview);
    });
    return () => {
      newest = -1;
      stop();
    };
  }, [job.id]);
  return (
    <>
      {!drawn && <Weave />}
      <canvas
        ref={canvas}
        className={classes.preview}
        role="img"
        aria-label="Preview of the picture being painted"
      />
    </>
  );
}

async function decode(preview: Preview): Promise<ImageBitmap | null> {
  const blob = new Blob([preview.data as BlobPart], { type: preview.mime });
  return createImageBitmap(blob).catch(() => null);
}

function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
  if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
}
