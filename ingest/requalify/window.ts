/** A range of phenomenon time in epoch milliseconds; the end is exclusive. */
export type Window = { readonly fromMs: number; readonly toMs: number }
