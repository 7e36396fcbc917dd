/** What a file is by its first bytes: names and content types that clients send are hearsay. */
export interface PictureType {
  /** File ending without the dot. */
  format: 'png' | 'jpg' | 'webp' | 'gif' | 'avif';
  mime: string;
}

/** @param head at least the first 16 bytes */
export function sniffPicture(head: Uint8Array): PictureType | null {
  const text = Buffer.from(head).toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return { format: 'png', mime: 'image/png' };
  if (text.startsWith('\xff\xd8\xff')) return { format: 'jpg', mime: 'image/jpeg' };
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return { format: 'gif', mime: 'image/gif' };
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return { format: 'webp', mime: 'image/webp' };
  // ISO base media: a box `ftyp` whose brands name AVIF (still or sequence).
  if (text.startsWith('ftyp', 4) && /avi[fs]/.test(text.slice(8)))
    return { format: 'avif', mime: 'image/avif' };
  return null;
}
