/* Emergencies: [data-since] counts up from its instant, to the second. */
(() => {
  "use strict";
  const two = (n) => String(n).padStart(2, "0");
  const draw = () => {
    for (const one of document.querySelectorAll("time[data-since]")) {
      const passed = Math.floor((window.hongxiuNow() - Date.parse(one.dateTime)) / 1000);
      if (passed < 0) continue;
      const days = Math.floor(passed / 86400);
      one.textContent = `${days ? `${days} + ` : ""}${two(Math.floor(passed / 3600) % 24)}:${two(Math.floor(passed / 60) % 60)}:${two(passed % 60)}`;
    }
  };
  if (!document.querySelector("time[data-since]")) return;
  draw();
  setInterval(draw, 1000);
})();
