/** Runs before the first paint, so that a remembered theme never flashes. Not a module: a module would be too late. */
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is off: the system's theme it is.
}
