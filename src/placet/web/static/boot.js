// Before the first paint: scripts work; the zone one reads in; theme and keys as chosen in this browser.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  document.cookie = `placet-zone=${Intl.DateTimeFormat().resolvedOptions().timeZone};path=/;max-age=31536000;samesite=lax`;
  try {
    const theme = localStorage.getItem("placet.theme");
    if (theme) root.dataset.theme = theme;
    if (localStorage.getItem("placet.keys") === "off") root.classList.add("no-keys");
  } catch {
    // Storage may be closed to us; the system's theme it is, then.
  }
})();
