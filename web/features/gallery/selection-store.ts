import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export interface PictureRef {
  jobId: string;
  index: number;
}

interface SelectionStore {
  /** The picture on the stage; null: whatever is newest, the running job first. */
  selected: PictureRef | null;
  /** Whether the full-screen view is open. Not kept over a reload. */
  viewing: boolean;
  select(picture: PictureRef): void;
  follow(): void;
  setViewing(viewing: boolean): void;
}

export const useSelection = create<SelectionStore>()(
  persist(
    (set) => ({
      selected: null,
      viewing: false,
      select: (selected) => set({ selected }),
      follow: () => set({ selected: null }),
      setViewing: (viewing) => set({ viewing }),
    }),
    {
      name: 'tapestry.selection',
      version: 1,
      partialize: ({ selected }) => ({ selected }),
    },
  ),
);
