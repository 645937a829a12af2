/* What a page does besides, where there is script. Every page works without it.
   [data-until] clocks count on · [data-ago] ages · [data-confirm] asks before it sends · [data-opens] opens a dialog ·
   [data-live] says when its case or sitting has moved on · a form is sent once. */
(() => {
  "use strict";
  const english = document.documentElement.lang === "en";
  const words = english
    ? { day: " d", hour: " h", minute: " min", left: (s) => `${s} left`, late: (s) => `${s} late`, ago: (s) => `${s} ago`,
        now: "just now", stale: "There is news for this page.", show: "Show it" }
    : { day: " 天", hour: " 小时", minute: " 分钟", left: (s) => `剩 ${s}`, late: (s) => `逾期 ${s}`, ago: (s) => `${s}前`,
        now: "刚刚", stale: "本页内容已有更新。", show: "刷新" };

  const span = (milliseconds) => {
    const minutes = Math.max(1, Math.floor(milliseconds / 60000));
    const days = Math.floor(minutes / 1440);
    const hours = Math.floor(minutes / 60) % 24;
    if (days >= 10) return days + words.day;
    const parts = [[days, words.day], [hours, words.hour], [minutes % 60, words.minute]];
    return parts.slice(0, days ? 2 : 3).filter(([n]) => n).map(([n, unit]) => n + unit).join(" ");
  };

  const draw = (clock, state) => {
    const shape = document.querySelector(`#icons [data-icon="${state === "ok" ? "clock" : state}"]`);
    clock.className = `clock clock--${state}`;
    if (shape) clock.querySelector("svg").replaceWith(shape.firstElementChild.cloneNode(true));
  };

  /* What time it is where the page was made: this device's clock may be wrong, and a rehearsal's is ahead. */
  const made = document.querySelector("meta[name=now]");
  const ahead = made ? Date.parse(made.content) - Date.now() : 0;
  window.hongxiuNow = () => Date.now() + ahead;

  const tick = () => {
    const now = window.hongxiuNow();
    for (const clock of document.querySelectorAll("time[data-until]")) {
      const left = Date.parse(clock.dateTime) - now;
      const state = left < 0 ? "late" : left < 86400000 ? "soon" : "ok";
      const told = left < 0 ? words.late(span(-left)) : words.left(span(left));
      const text = clock.querySelector("span");
      if (text.textContent !== told) text.textContent = told;
      if (!clock.classList.contains(`clock--${state}`)) draw(clock, state);
    }
    for (const age of document.querySelectorAll("time[data-ago]")) {
      const passed = now - Date.parse(age.dateTime);
      const told = passed < 60000 ? words.now : words.ago(span(passed));
      if (age.textContent !== told) age.textContent = told;
    }
  };
  tick();
  setInterval(tick, 15000);

  /* Menus close by Escape, and by a click elsewhere. */
  const menus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  /* A form asks before it sends, where it says so, and is sent once. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const asked = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (asked && !window.confirm(asked)) {
      event.preventDefault();
      return;
    }
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  /* Back from another page, or from the browser's memory: the form can be sent again. */
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  });

  /* What was wrong comes first, each field with its name. */
  for (const link of document.querySelectorAll('.alert a[href^="#f-"]')) {
    const field = document.getElementById(link.hash.slice(1));
    const label = document.querySelector(`label[for="${link.hash.slice(1)}"]`) ?? field?.querySelector("legend, label");
    if (label) link.prepend(`${label.firstChild.textContent.trim()} · `);
  }
  document.querySelector('[role="alert"][tabindex]')?.focus();

  /* Live: <… data-live="NC-2026-000001" data-version="5"> is a case or a sitting that this page shows; data-live="*"
     is any in scope. When there is news, the page says so; hongxiu:news (on document) has it for scripts of an area. */
  const shown = [...document.querySelectorAll("[data-live]")];
  if (!shown.length || !window.EventSource) return;
  const notice = () => {
    if (document.querySelector(".news")) return;
    const box = document.createElement("div");
    box.className = "news";
    box.setAttribute("role", "status");
    const text = document.createElement("span");
    text.textContent = words.stale;
    const again = document.createElement("button");
    again.className = "button";
    again.textContent = words.show;
    // Asked for anew, never loaded again: where the page is the answer to a form, that would send the form once more.
    const page = shown.find((one) => one.dataset.page)?.dataset.page ?? location.pathname + location.search;
    again.addEventListener("click", () => location.assign(page));
    box.append(text, again);
    document.body.append(box);
  };
  const concerns = (news) => shown.some((one) => {
    if (one.dataset.live === "*") return true;
    return one.dataset.live === news.number && !(Number(one.dataset.version) >= news.version);
  });
  const heard = (news) => {
    if (!concerns(news)) return;
    const go = document.dispatchEvent(new CustomEvent("hongxiu:news", { detail: news, cancelable: true }));
    if (go) notice();
  };

  /* Server-sent events, read by hand: EventSource hears only the types that it knows by name, cannot go on from where
     a page left off, and would hold a connection for every hidden tab (a browser has six for a host). Where the log
     stands comes first: a tab that is hidden, or was opened behind another, rests once it knows that, and misses nothing. */
  let position = null;
  let listening = null;
  const told = (block) => {
    const fields = Object.fromEntries(block.split("\n").map((line) => [line.split(":", 1)[0], line.replace(/^[a-z]*: ?/, "")]));
    if (fields.id) position = fields.id;
    if (fields.data) heard(JSON.parse(fields.data));
    if (mayRest()) rest();
  };
  const mayRest = () => document.hidden && position !== null;
  const listen = async () => {
    if (listening || mayRest()) return;
    const stop = (listening = new AbortController());
    while (!stop.signal.aborted) {
      try {
        const headers = position === null ? {} : { "Last-Event-ID": position };
        const answer = await fetch("/api/v1/stream", { headers, signal: stop.signal, cache: "no-store" });
        if (answer.status === 401) return;
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let kept = "";
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          const blocks = (kept + part.value).split("\n\n");
          kept = blocks.pop();
          blocks.forEach(told);
        }
      } catch {
        /* away for a moment */
      }
      await new Promise((again) => setTimeout(again, 2000));
    }
  };
  const rest = () => {
    listening?.abort();
    listening = null;
  };
  listen();
  document.addEventListener("visibilitychange", () => (mayRest() ? rest() : listen()));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", (event) => event.persisted && listen());
})();
