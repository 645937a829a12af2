/* Cases: a decision's effect is told anew as its form is filled in; pages follow the news by themselves; keys.
   [data-effect] a decision's form · [data-begins] words that its text may begin with · [data-part] a part that is put in place anew when there is news, unless somebody
   is writing in it · [data-print] prints · "?" tells the keys, which can be switched off there. */
(() => {
  "use strict";
  const english = document.documentElement.lang === "en";
  const words = english
    ? { news: (label) => `News: ${label}.`, kept: " What you are writing is kept.", see: "Show it", fine: "Fine" }
    : { news: (label) => `刚有新进展：${label}。`, kept: "您正在填写的内容还在。", see: "查看", fine: "知道了" };
  const page = async (path, options) => {
    const answer = await fetch(path, { headers: { Accept: "text/html" }, ...options });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  };

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });

  /* Words to begin a text with. */
  const beginnings = () => {
    for (const button of document.querySelectorAll("[data-begins]")) button.hidden = false;
  };
  beginnings();
  document.addEventListener("hongxiu:swapped", beginnings);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-begins]");
    if (!button) return;
    const name = button.closest("[data-suggested]").dataset.suggested;
    const area = button.closest("form").elements[name];
    area.value = button.dataset.begins;
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });

  /* What a decision would do, as its form now stands. The last answer counts. What is written is not sent: of an answer
     to the resident only that there is one. */
  let asked = 0;
  const foretell = async (form) => {
    const mine = ++asked;
    const body = new URLSearchParams(new FormData(form));
    for (const area of form.querySelectorAll("textarea")) {
      if (area.name === "answer" && area.value.trim()) body.set(area.name, "…");
      else body.delete(area.name);
    }
    try {
      const told = await page(form.dataset.effect, { method: "POST", body });
      if (mine !== asked) return;
      const shown = new DOMParser().parseFromString(told, "text/html").body;
      const words = shown.querySelector("[data-suggested]");
      words?.remove();
      form.querySelector("[data-effect-words]").replaceChildren(...shown.childNodes);
      if (words) form.querySelector(`[data-suggested="${words.dataset.suggested}"]`)?.replaceWith(words);
      beginnings();
    } catch {
      /* what was told before stays */
    }
  };
  let pause;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    if (!form) return;
    form.dataset.touched = "1";
    if (!form.dataset.effect || event.target.matches("textarea:not([name=answer])")) return;
    clearTimeout(pause);
    pause = setTimeout(() => foretell(form), 200);
  });

  /* News. */
  const parts = () => [...document.querySelectorAll("[data-part]")];
  const busy = (part) => part.querySelector("form[data-touched]") !== null;
  const swap = (part, fresh) => {
    const open = [...part.querySelectorAll("details[open][id]")].map((one) => one.id);
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.replaceWith(fresh);
    for (const id of open) {
      const again = document.getElementById(id);
      if (again) again.open = true;
    }
    if (focused) document.getElementById(focused)?.focus();
    document.dispatchEvent(new CustomEvent("hongxiu:swapped", { detail: fresh }));
  };
  const renew = async () => {
    const live = document.querySelector("[data-live][id]");
    // A form that came back has the address that it was sent to: its page is elsewhere.
    const fresh = new DOMParser().parseFromString(await page(live?.dataset.page ?? location.href), "text/html");
    const now = live && fresh.getElementById(live.id);
    let kept = false;
    for (const part of parts()) {
      const again = fresh.getElementById(part.id);
      if (busy(part)) kept = true;
      else if (again) swap(part, document.adoptNode(again));
    }
    if (now && !kept) live.dataset.version = now.dataset.version;
    return kept;
  };
  const tell = (news, kept) => {
    document.querySelector(".news")?.remove();
    const box = document.createElement("div");
    box.className = "news";
    box.setAttribute("role", "status");
    const text = document.createElement("span");
    text.textContent = words.news(news.label) + (kept ? words.kept : "");
    const button = document.createElement("button");
    button.className = "button";
    button.textContent = kept ? words.see : words.fine;
    button.addEventListener("click", () => {
      box.remove();
      if (kept) document.getElementById("story")?.scrollIntoView();
    });
    box.append(text, button);
    document.body.append(box);
  };

  /* At once, and then at most every two seconds: a busy day does not keep a page asking. */
  let last = 0;
  let waiting = null;
  const follow = async (news) => {
    waiting = null;
    if (document.querySelector("form[data-sent]")) return;
    last = Date.now();
    try {
      const kept = await renew();
      if (document.querySelector("[data-live][id]")) tell(news, kept);
    } catch {
      /* away for a moment: the next news brings it. Never loaded again: the page may be the answer to a form */
    }
  };
  document.addEventListener("hongxiu:news", (event) => {
    if (!parts().length) return;
    event.preventDefault();
    // Somebody's own decision is on its way: the next page has the news.
    if (waiting || document.querySelector("form[data-sent]")) return;
    waiting = setTimeout(() => follow(event.detail), Math.max(0, last + 2000 - Date.now()));
  });

  /* Keys, for who likes them: everything is reached by Tab as well. A browser keeps whether they are on. */
  const KEPT = "hongxiu-keys";
  const keys = english
    ? [["g w", "My work"], ["g c", "Cases"], ["g b", "Board"], ["/", "Search"], ["j / k", "Next, previous case"],
       ["d", "To the decisions"], ["s", "To the story"], ["?", "This list"]]
    : [["g w", "我的工作"], ["g c", "诉求件列表"], ["g b", "看板"], ["/", "搜索"], ["j / k", "下一件、上一件"],
       ["d", "到可作的决定"], ["s", "到办理经过"], ["?", "本说明"]];
  const places = { w: "/", c: "/cases", b: "/cases/board" };
  const on = () => localStorage.getItem(KEPT) !== "off";
  const explain = () => {
    const box = document.createElement("dialog");
    box.className = "dialog keys";
    const title = document.createElement("h2");
    title.id = "keys-title";
    title.textContent = english ? "Keys" : "快捷键";
    box.setAttribute("aria-labelledby", title.id);
    const list = document.createElement("dl");
    for (const [key, what] of keys) {
      const term = document.createElement("dt");
      const kbd = document.createElement("kbd");
      const told = document.createElement("dd");
      kbd.textContent = key;
      told.textContent = what;
      term.append(kbd);
      list.append(term, told);
    }
    const label = document.createElement("label");
    const tick = document.createElement("input");
    tick.type = "checkbox";
    tick.checked = on();
    tick.addEventListener("change", () => localStorage.setItem(KEPT, tick.checked ? "on" : "off"));
    label.append(tick, english ? "Use them on this computer" : "在本机使用快捷键");
    const close = document.createElement("button");
    close.className = "button";
    close.textContent = english ? "Close" : "关闭";
    close.addEventListener("click", () => box.close());
    const foot = document.createElement("div");
    foot.className = "actions";
    foot.append(close);
    box.append(title, list, label, foot);
    box.addEventListener("close", () => box.remove());
    document.body.append(box);
    box.showModal();
  };
  const step = (by) => {
    const links = [...document.querySelectorAll("[data-number] .case-link")];
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))].focus();
  };
  const acts = {
    "?": explain, "/": () => document.querySelector("#q")?.focus(), j: () => step(1), k: () => step(-1),
    d: () => document.querySelector("#part-decide summary")?.focus(),
    s: () => document.getElementById("story")?.scrollIntoView(),
  };
  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, dialog") || document.querySelector("[data-meeting]")) return;
    if (!document.querySelector(".nav") || (!on() && event.key !== "?")) return;
    const place = before === "g" ? places[event.key] : undefined;
    before = event.key;
    if (place) location.assign(place);
    else if (acts[event.key]) {
      event.preventDefault();
      acts[event.key]();
    }
  });
})();
