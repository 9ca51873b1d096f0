// Before the first paint: say that scripts work, and take up the theme and the keys setting chosen in this browser.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("placet.theme");
    if (theme) root.dataset.theme = theme;
    if (localStorage.getItem("placet.keys") === "off") root.classList.add("no-keys");
  } catch {
    // Storage may be closed to us; the system's theme it is, then.
  }
})();
