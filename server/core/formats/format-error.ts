/** Bytes that are not what their format promises. The message is the reason, ready to stand behind "cannot be read: ". */
export class FormatError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'FormatError';
  }
}
