"use strict";
(() => {
  const facts = JSON.parse(document.getElementById("data").textContent);
  const panel = document.getElementById("line");
  const hint = panel ? [...panel.childNodes] : [];
  let chosen = null;

  const make = (name, text, style) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (style) made.className = style;
    return made;
  };

  const prose = (text) => {
    const line = make("p", "", "notice");
    line.append(...text.split("`").map((part, number) => (number % 2 ? make("code", part) : part)));
    return line;
  };

  const testItem = ([index, ...notices]) => {
    const [id, outcome] = facts.tests[index];
    const item = make("li", "");
    item.append(make("code", id), make("span", outcome, "dim"));
    item.append(...notices.map((number) => prose(facts.notices[number])));
    return item;
  };

  const told = (button) => {
    const row = button.closest("tr");
    const parts = [];
    const mark = [...row.classList].find((name) => facts.words[name]);
    const why = mark === facts.unmeasured ? button.closest(".file").dataset.why : "";
    if (mark) parts.push(make("p", why ? `${facts.words[mark]}: ${why}` : facts.words[mark]));
    if (button.dataset.s) {
      const line = make("p", `${facts.words.sil}: `);
      line.append(make("code", button.dataset.s));
      parts.push(line);
    }
    if (button.dataset.r) {
      const [count, ...tests] = facts.runners[button.dataset.r];
      const list = make("ul", "");
      list.append(...tests.map(testItem));
      if (count > tests.length) list.append(make("li", `and ${count - tests.length} more`, "dim"));
      parts.push(make("p", count === 1 ? "1 test ran it:" : `${count} tests ran it:`), list);
    }
    return parts;
  };

  const close = () => {
    if (!chosen) return;
    chosen.closest("tr").classList.remove("on");
    chosen.removeAttribute("aria-pressed");
    panel.classList.remove("open");
    panel.replaceChildren(...hint);
    chosen.focus({ preventScroll: true });
    chosen = null;
  };

  const choose = (button) => {
    if (chosen) {
      chosen.closest("tr").classList.remove("on");
      chosen.removeAttribute("aria-pressed");
    }
    chosen = button;
    button.closest("tr").classList.add("on");
    button.setAttribute("aria-pressed", "true");
    const path = button.closest(".file").dataset.path;
    const shut = make("button", "close", "close");
    shut.type = "button";
    shut.addEventListener("click", close);
    panel.replaceChildren(shut, make("h2", `${path}:${button.dataset.l}`), ...told(button));
    panel.classList.add("open");
    panel.parentElement.scrollTop = 0;
  };

  const go = (target, block) => {
    for (let it = target.closest("details"); it; it = it.parentElement.closest("details")) it.open = true;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block });
  };

  const signs = [...document.querySelectorAll(".code button")];
  const stop = (button) => {
    for (const other of button.closest("table").querySelectorAll('button[tabindex="0"]')) other.tabIndex = -1;
    button.tabIndex = 0;
  };
  for (const table of document.querySelectorAll("table.code")) {
    const first = table.querySelector("button");
    if (first) first.tabIndex = 0;
  }
  const step = (button, by) => {
    const next = signs[signs.indexOf(button) + by];
    if (next) {
      stop(next);
      go(next, "nearest");
    }
  };

  const findings = [...document.querySelectorAll("article.finding")];
  const nextFinding = (by) => {
    if (!findings.length) return;
    const from = document.activeElement;
    const at = findings.indexOf(from.closest("article.finding"));
    const before = findings.filter((it) => it.compareDocumentPosition(from) & Node.DOCUMENT_POSITION_FOLLOWING);
    const started = from.closest("main") ? before.length : 0; // how many findings lie behind the reader
    const to = at < 0 ? started + (by > 0 ? 0 : -1) : at + by;
    go(findings[(to + findings.length) % findings.length], "center");
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".code button");
    const row = event.target.closest(".code tr.a");
    if (button) {
      stop(button);
      choose(button);
    } else if (row && !String(getSelection())) {
      const own = row.querySelector("button");
      if (own) choose(own);
    }
    const link = event.target.closest('a[href^="#n"]');
    const target = link && document.getElementById(link.getAttribute("href").slice(1));
    if (target) {
      event.preventDefault();
      history.replaceState(null, "", link.getAttribute("href"));
      go(target, "center");
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const sign = event.target.closest(".code button");
    if (event.key === "j") nextFinding(1);
    else if (event.key === "k") nextFinding(-1);
    else if (event.key === "Escape") close();
    else if (sign && event.key === "ArrowDown") step(sign, 1);
    else if (sign && event.key === "ArrowUp") step(sign, -1);
    else return;
    event.preventDefault();
  });

  addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("details")) folded.open = true;
  });
  for (const file of document.querySelectorAll(".file[data-rows]")) {
    file.querySelector(".body").style.containIntrinsicSize = `auto ${20 * file.dataset.rows + 20}px`;
  }
})();
