// The course's pages, smoother: the rule editor without reloading, and a trial's progress.
// The server draws everything; without this file every button still does its work.
"use strict";

const PAUSE = 500;

function toggleLeast(root) {
  for (const choice of root.querySelectorAll("select[data-joins]")) {
    const least = choice.closest(".joining").querySelector("[data-least]");
    least.hidden = choice.value !== "at_least";
  }
}

async function sent(form, action) {
  const body = new URLSearchParams(new FormData(form));
  body.set("do", action);
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) throw new Error(String(response.status));
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function enableEditor(form) {
  let waiting = 0;
  let round = 0;
  let plain = false;
  let typed = 0;
  let leaving = false;
  let changed = "changed" in form.dataset;

  async function redraw(action) {
    const mine = ++round;
    form.classList.add("busy");
    const page = await sent(form, action);
    if (mine === round) {
      draw(page);
      const next = form.querySelector("[autofocus]");
      if (next) next.focus();
    }
    form.classList.remove("busy");
  }

  function draw(page) {
    form.querySelector("[data-live]").replaceWith(page.querySelector("[data-live]"));
    settle();
  }

  // Another course has other parts. Nothing that somebody types meanwhile may be lost.
  async function relist() {
    const mine = ++round;
    const before = typed;
    const page = await sent(form, "show");
    if (mine !== round || before !== typed) return;
    const focused = document.activeElement.id;
    draw(page);
    if (focused) document.getElementById(focused)?.focus();
  }

  async function retell() {
    const mine = ++round;
    const page = await sent(form, "tell");
    // Only the words: what somebody is typing into stays untouched.
    if (mine !== round) return;
    const told = document.getElementById("meaning");
    const now = page.getElementById("meaning");
    if (told.textContent !== now.textContent) told.replaceChildren(...now.childNodes);
  }

  function settle() {
    toggleLeast(form);
    for (const button of form.querySelectorAll(".no-script")) button.hidden = true;
  }

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    changed = true;
    leaving = true;
    if (plain || !button || ["save", "try"].includes(button.value)) return;
    event.preventDefault();
    leaving = false;
    window.clearTimeout(waiting);
    redraw(button.value).catch(() => {
      plain = true;
      form.requestSubmit(button);
    });
  });
  // Enter in a search looks there, and sends nothing else.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-find]")) return;
    event.preventDefault();
    event.target.parentElement.querySelector("button").click();
  });
  form.addEventListener("input", (event) => {
    typed += 1;
    changed = true;
    toggleLeast(form);
    const key = event.target.parentElement.querySelector("[data-key]");
    if (key) key.textContent = event.target.value;
    const next = event.target.matches("[data-leads]") ? relist : retell;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => { next().catch(() => {}); }, PAUSE);
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed && !leaving) event.preventDefault();
  });
  settle();
}

function followTrial(box) {
  const bar = box.querySelector("progress");
  const words = box.querySelector("[data-progress-words]");
  async function look() {
    const response = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    const state = await response.json();
    if (state.state !== "running") {
      window.location.reload();
      return;
    }
    bar.max = Math.max(state.total, 1);
    bar.value = state.done;
    words.textContent = state.words;
    window.setTimeout(() => { look().catch(later); }, 1000);
  }
  function later() {
    window.setTimeout(() => { look().catch(later); }, 5000);
  }
  look().catch(later);
}

document.querySelectorAll("form[data-editor]").forEach(enableEditor);
document.querySelectorAll("[data-progress]").forEach(followTrial);
