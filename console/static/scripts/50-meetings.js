/* Meetings: [data-swap] is put in place anew when there is news · [data-submits] sends a filter when it changes ·
   [data-print] · [data-copies="id"] · [data-checks="value"] · meeting mode: keys, its clocks, full screen. */
(() => {
  "use strict";

  for (const form of document.querySelectorAll("form[data-submits]")) {
    form.querySelector("[data-without-script]")?.remove();
    form.addEventListener("change", () => form.requestSubmit());
  }
  for (const button of document.querySelectorAll("[data-copies], [data-checks], [data-fullscreen]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const print = event.target.closest("[data-print]");
    if (print) window.print();
    const copies = event.target.closest("[data-copies]");
    if (copies) {
      const field = document.getElementById(copies.dataset.copies);
      field.select();
      navigator.clipboard?.writeText(field.value).then(() => { copies.textContent = copies.dataset.copied; });
    }
    const checks = event.target.closest("[data-checks]");
    if (checks) {
      const radios = checks.closest("form").querySelectorAll(`input[type=radio][value="${checks.dataset.checks}"]`);
      for (const radio of radios) radio.checked = true;
    }
    if (event.target.closest("[data-fullscreen]")) {
      if (document.fullscreenElement) document.exitFullscreen();
      else document.documentElement.requestFullscreen();
    }
  });
  document.querySelector("[data-focus]")?.focus();

  /* News: the parts that can change are fetched and put in place, unless somebody is writing in one. */
  const swaps = () => document.querySelectorAll("[data-swap][id]");
  const writing = (part) => part.querySelector("form[data-deciding], form[data-touched]") !== null;
  document.addEventListener("input", (event) => {
    if (event.target.form) event.target.form.dataset.touched = "1";
  });
  /* Who follows is shown what comes after the case that has just been decided. */
  const after = (number) => {
    const link = document.querySelector(`[data-following] #strip a[href$="/${CSS.escape(number)}"]`);
    if (!link?.matches(".strip__one--decided, .strip__one--held")) return;
    const next = link.parentElement.nextElementSibling?.querySelector("a");
    if (next) location.assign(`${next.href}?after=${number}&follow=1`);
  };
  const focusables = (part) => [...part.querySelectorAll("a[href], button, input, select, textarea, summary")];
  let fetching = false;
  let again = false;
  const swap = async () => {
    if (fetching) {
      again = true;
      return;
    }
    fetching = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
      if (answer.ok && !answer.redirected) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of swaps()) {
          const by = fresh.getElementById(part.id);
          if (by && !writing(part) && by.innerHTML !== part.innerHTML) {
            const open = [...part.querySelectorAll("details[open]")].map((one) => one.querySelector("summary")?.textContent);
            const focused = focusables(part).indexOf(document.activeElement);
            part.replaceWith(document.importNode(by, true));
            if (focused >= 0) focusables(document.getElementById(part.id))[focused]?.focus();
            for (const one of document.getElementById(part.id).querySelectorAll("details"))
              if (open.includes(one.querySelector("summary")?.textContent)) one.open = true;
          }
        }
        document.dispatchEvent(new CustomEvent("hongxiu:swapped"));
      }
    } catch {
      /* away for a moment: the next news brings it */
    }
    fetching = false;
    if (again) {
      again = false;
      swap();
    }
  };
  document.addEventListener("hongxiu:news", (event) => {
    if (!swaps().length) return;
    const meeting = document.querySelector("[data-cases]");
    if (meeting && !meeting.dataset.cases.split(" ").includes(event.detail.number)) {
      event.preventDefault();
      return;
    }
    if ([...swaps()].some(writing) && !meeting) return; // the page says that there is news
    event.preventDefault();
    swap().then(() => after(event.detail.number));
  });

  /* ------------------------------------------------------------ meeting mode */
  const frame = document.querySelector("[data-meeting]");
  if (!frame) return;

  const typing = (target) => target.closest("input, select, textarea") !== null;
  const follow = (selector) => {
    const link = frame.querySelector(selector);
    if (link && link.getAttribute("aria-disabled") !== "true") link.click();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && frame.querySelector("[data-escape]")) {
      follow("[data-escape]");
      return;
    }
    if (typing(event.target)) return;
    const turns = { ArrowRight: "a[rel=next]", PageDown: "a[rel=next]", ArrowLeft: "a[rel=prev]", PageUp: "a[rel=prev]",
      Home: "#strip li:first-child a", End: "#strip li:last-child a" };
    if (turns[event.key]) {
      event.preventDefault();
      follow(turns[event.key]);
    } else if (/^[1-9]$/.test(event.key)) {
      follow(`[data-key="${event.key}"]`);
    }
  });
  frame.querySelector("[data-deciding] select, [data-deciding] textarea, [data-deciding] input:not([type=hidden])")?.focus();
  frame.querySelector('#strip [aria-current]')?.scrollIntoView({ block: "nearest", inline: "center" });

  /* The clocks: the meeting's from its start, or from when somebody starts it here; the item's while it is shown. */
  const clock = frame.querySelector("[data-clock]");
  const start = clock.querySelector("[data-clock-start]");
  const kept = `hongxiu-clock:${frame.dataset.meeting}`;
  const own = `${kept}:${clock.dataset.slide}`;
  const begun = () => {
    const said = Number(localStorage.getItem(kept));
    if (said) return said;
    const now = window.hongxiuNow();
    const starts = Date.parse(clock.dataset.starts);
    return now >= starts && now < Date.parse(clock.dataset.ends) + 7200000 ? starts : 0;
  };
  start.hidden = false;
  if (begun()) start.textContent = start.dataset.again;
  start.addEventListener("click", () => {
    for (const key of Object.keys(localStorage)) if (key.startsWith(kept)) localStorage.removeItem(key);
    localStorage.setItem(kept, String(window.hongxiuNow()));
    start.textContent = start.dataset.again;
    draw();
  });
  const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const draw = () => {
    const from = begun();
    const item = Number(localStorage.getItem(own)) || 0;
    const shown = frame.querySelector("[data-clock-item]");
    const given = Number(clock.dataset.minutes) * 60;
    if (shown && from) {
      shown.textContent = minutes(item);
      shown.classList.toggle("slide__elapsed--over", given > 0 && item > given);
    }
    if (!from) return;
    const elapsed = (window.hongxiuNow() - from) / 1000;
    clock.querySelector("[data-clock-meeting]").textContent = minutes(elapsed);
    clock.classList.toggle("mclock--over", elapsed > Number(clock.dataset.budget) * 60);
    if (!clock.dataset.slide) return;
    const behind = Math.round((elapsed - Number(clock.dataset.from) * 60 - Math.min(item, given)) / 60);
    const pace = clock.querySelector("[data-clock-pace]");
    const said = behind > 0 ? pace.dataset.behind : behind < 0 ? pace.dataset.ahead : pace.dataset.even;
    pace.textContent = said.replace("{n}", Math.abs(behind));
    pace.classList.toggle("mclock__pace--behind", behind > 0);
  };
  const tick = () => {
    if (!document.hidden && begun() && clock.dataset.slide)
      localStorage.setItem(own, String((Number(localStorage.getItem(own)) || 0) + 1));
    draw();
  };
  draw();
  setInterval(tick, 1000);
  document.addEventListener("hongxiu:swapped", draw);
  addEventListener("storage", draw);
})();
