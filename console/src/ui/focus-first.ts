/** As the ref of a field: puts the cursor into it once the dialog around it, which takes the focus first, stands. */
export function focusFirst(field: { focus(): void } | null): void {
  if (field !== null) requestAnimationFrame(() => field.focus());
}
