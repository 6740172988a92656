/** A stretch of phenomenon time, epoch milliseconds; the end is exclusive. */
export type Window = { readonly fromMs: number; readonly toMs: number }
