// Before the first paint: say that scripts work, and in which zone one reads; take up the theme and the keys setting chosen in this
// browser.
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
