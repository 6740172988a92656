/**
 * Serialises what the compiler has checked already. For the few answers with tens of thousands of rows: checking each
 * row against its schema again would hold the event loop.
 */
export const plainJson = () => (payload: unknown) => JSON.stringify(payload)
