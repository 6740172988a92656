type LocateButtonProps = {
  readonly label: string
  /** what happens with the position */
  readonly hint: string
  /** what came of it, announced */
  readonly news: string
  readonly onPress: () => void
}

/** Uses the position of the device, which stays on it. */
export function LocateButton({ label, hint, news, onPress }: LocateButtonProps) {
  return (
    <div>
      <button type="button" className="button" onClick={onPress} aria-describedby="locate-hint">
        {label}
      </button>
      <p id="locate-hint" className="note">
        {hint}
      </p>
      <p role="status">{news}</p>
    </div>
  )
}
