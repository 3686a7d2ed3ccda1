// What makes pages smoother. Everything works without it: links, forms and buttons do the same work
// with a whole page. Text is put on the page as text, never as markup.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // "/" goes to the search box; Escape closes what is open.
  const search = document.getElementById("q");
  document.addEventListener("keydown", (e) => {
    const typing = e.target.closest("input, textarea, select, [contenteditable]");
    if (e.key === "/" && search && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) {
      e.preventDefault();
      search.focus();
      search.select();
    }
    if (e.key === "Escape") for (const open of document.querySelectorAll("details.user[open]")) {
      open.open = false;
      if (open.contains(document.activeElement)) open.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (e) => {
    for (const open of document.querySelectorAll("details.user[open]")) if (!open.contains(e.target)) open.open = false;
  });

  // In a list the arrows go from row to row, Enter opens.
  document.addEventListener("keydown", (e) => {
    if ((e.key !== "ArrowDown" && e.key !== "ArrowUp") || e.ctrlKey || e.metaKey || e.altKey || e.shiftKey) return;
    const rows = [...document.querySelectorAll(".list tbody th > a, .found .name a")];
    const at = rows.indexOf(document.activeElement);
    if (at < 0) return;
    const to = rows[at + (e.key === "ArrowDown" ? 1 : -1)];
    if (!to) return;
    e.preventDefault();
    to.focus();
  });

  // Paper.
  document.addEventListener("click", (e) => { if (e.target.closest("button.print")) print(); });

  // Without a line nothing is sent: what was typed stays on the page, and it says so.
  const offline = document.querySelector(".offline");
  const line = () => { if (offline) offline.hidden = navigator.onLine; };
  addEventListener("online", line);
  addEventListener("offline", line);
  line();
  document.addEventListener("submit", (e) => {
    if (navigator.onLine) return;
    e.preventDefault();
    line();
    offline?.scrollIntoView({ block: "nearest" });
  }, true);

  // On a narrow screen filters begin closed.
  if (matchMedia("(max-width: 56rem)").matches) for (const f of document.querySelectorAll("details.facets")) f.open = false;

  // The menu scrolls sideways there: the page we are on is in sight.
  document.querySelector(".menu [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

  // What went wrong is read first; its links lead into the fields themselves.
  document.querySelector("[data-focus]")?.focus();
  document.addEventListener("click", (e) => {
    const link = e.target.closest('#problems a[href^="#"]');
    const to = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!to) return;
    e.preventDefault();
    to.closest(".field")?.scrollIntoView({ block: "center" });
    (to.matches("input, select, textarea") ? to : to.querySelector("input:not([type=hidden]), select, textarea, button") ?? to).focus();
  });

  // What is shown once can be copied.
  for (const code of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) break;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "small", textContent: code.dataset.copy });
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = code.dataset.copied;
    });
    code.after(button);
  }

  // A date typed as eight digits gets its strokes.
  document.addEventListener("change", (e) => {
    const input = e.target;
    if (input.matches("input.date") && /^\d{8}$/.test(input.value.trim())) {
      input.value = input.value.trim().replace(/^(\d\d)(\d\d)(\d{4})$/, "$1/$2/$3");
    }
  });

  // Leaving a form that was changed asks first; a form is sent once.
  let changed = false;
  document.addEventListener("input", (e) => { if (e.target.closest("form[data-guard]")) changed = true; });
  addEventListener("beforeunload", (e) => { if (changed) e.preventDefault(); });
  document.addEventListener("submit", (e) => {
    if (e.defaultPrevented) return;
    if (e.target.dataset.sent) { e.preventDefault(); return; }
    changed = false;
    if (e.target.method === "post") {
      e.target.dataset.sent = "1";
      e.submitter?.setAttribute("aria-busy", "true");
    }
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  });

  // Buttons that only redraw a part of a form: the server draws the form, we take the part.
  const redraw = async (form, todo, parts) => {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    body.append("_do", todo);
    const reply = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } });
    if (!reply.ok || reply.redirected) throw new Error("no form came back");
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const fresh = parts.map((id) => page.getElementById(id));
    if (fresh.some((part) => !part)) throw new Error("the part did not come back");
    for (const part of fresh) {
      document.getElementById(part.id).replaceWith(part);
      wire(part);
    }
    changed = true;
    return fresh;
  };
  document.addEventListener("click", async (e) => {
    const button = e.target.closest("button[data-part]");
    if (!button || button.form?.enctype === "multipart/form-data") return;
    e.preventDefault();
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    try {
      const [part] = await redraw(button.form, button.value, [button.dataset.part]);
      const rows = part.querySelectorAll("tbody tr");
      const at = button.value.startsWith("add:") ? rows[rows.length - 1] : part;
      at?.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
    } catch {
      const { form, value } = button;
      const sent = document.createElement("input");
      Object.assign(sent, { type: "hidden", name: "_do", value });
      form.append(sent);
      changed = false;
      form.submit();
    }
  });
  document.addEventListener("change", async (e) => {
    const select = e.target.closest("select[data-refreshes]");
    if (!select || select.form.enctype === "multipart/form-data") return;
    // What depends on it need not be asked of this school.
    const parts = select.dataset.refreshes.split(" ").filter((id) => document.getElementById(id));
    if (parts.length === 0) return;
    try {
      await redraw(select.form, "refresh", parts);
    } catch {
      root.classList.remove("js"); // the button that does it by hand comes back
    }
  });

  // Lists that drop down while typing: the search box, and fields that name another record.
  let lists = 0;
  const suggest = (input, box, source, pick, empty = false) => {
    const list = document.createElement("ul");
    Object.assign(list, { id: `options-${++lists}`, className: "options", hidden: true });
    list.setAttribute("role", "listbox");
    box.append(list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
      input.setAttribute(name, value);
    }
    let items = [], at = -1, timer, asked = 0;
    const show = (open) => {
      list.hidden = !open;
      input.setAttribute("aria-expanded", String(open));
      if (!open) { at = -1; input.removeAttribute("aria-activedescendant"); }
    };
    const mark = (to) => {
      at = to;
      [...list.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === at)));
      const li = list.children[at];
      if (li) { input.setAttribute("aria-activedescendant", li.id); li.scrollIntoView({ block: "nearest" }); }
      else input.removeAttribute("aria-activedescendant");
    };
    const draw = () => {
      list.replaceChildren(...items.map((item, i) => {
        const li = document.createElement("li");
        li.id = `${list.id}-${i}`;
        li.setAttribute("role", "option");
        li.append(item.label);
        if (item.detail) {
          const detail = document.createElement("span");
          detail.className = "detail";
          detail.textContent = item.detail;
          li.append(detail);
        }
        li.addEventListener("pointerdown", (e) => { e.preventDefault(); show(false); pick(item); });
        return li;
      }));
      show(items.length > 0);
    };
    const ask = async () => {
      const text = input.value.trim(), mine = ++asked;
      if (!text && !empty) { items = []; draw(); return; }
      try {
        const reply = await fetch(`${source}${source.includes("?") ? "&" : "?"}q=${encodeURIComponent(text)}`, { headers: { accept: "application/json" } });
        const found = reply.ok ? await reply.json() : [];
        if (mine === asked && document.activeElement === input) { items = found; at = -1; draw(); }
      } catch { /* without suggestions the form still works */ }
    };
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
    // Before anything is typed: what this person keeps.
    if (empty) input.addEventListener("focus", () => { if (!input.value.trim()) ask(); });
    input.addEventListener("blur", () => { asked++; show(false); });
    input.addEventListener("keydown", (e) => {
      if (list.hidden) return;
      const last = items.length - 1;
      if (e.key === "ArrowDown") { e.preventDefault(); mark(at >= last ? 0 : at + 1); }
      else if (e.key === "ArrowUp") { e.preventDefault(); mark(at <= 0 ? last : at - 1); }
      else if (e.key === "Enter" && at >= 0) { e.preventDefault(); const item = items[at]; show(false); pick(item); }
      else if (e.key === "Escape") { e.preventDefault(); show(false); }
    });
  };
  const wire = (part) => {
    for (const box of part.querySelectorAll(".ref[data-source]")) {
      const text = box.querySelector("input[type=text]");
      const id = box.querySelector("input[type=hidden]");
      if (!id) continue; // the server's own list is shown
      suggest(text, box, box.dataset.source, (item) => {
        text.value = item.label;
        id.value = item.value;
        changed = true;
      });
      text.addEventListener("input", () => { id.value = ""; });
    }
  };
  wire(document);
  const box = document.querySelector("form.search[data-suggest]");
  if (box && search) suggest(search, box, box.dataset.suggest, (item) => { location.href = item.href; }, true);
})();
