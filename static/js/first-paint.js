/** Runs before the first paint, so that neither a remembered theme nor a conversation's page flashes. Not a module: a module would be too late. */
document.documentElement.toggleAttribute("data-empty", !new URLSearchParams(location.search).has("thread"));
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is off: the system's theme it is.
}
