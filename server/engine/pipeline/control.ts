/** What people asked of the running job. Set by messages, read between steps. */
export interface Control {
  interrupted: boolean;
  skipped: boolean;
  cancelled: boolean;
}

export function createControl(): Control {
  return { interrupted: false, skipped: false, cancelled: false };
}

export function shouldStop(control: Control): boolean {
  return control.interrupted || control.skipped || control.cancelled;
}
