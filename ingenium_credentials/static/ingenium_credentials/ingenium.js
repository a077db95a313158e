// What is nicer with a script. Every page does its work without it.
"use strict";

function textOf(id) {
  const source = document.getElementById(id);
  return source ? source.value || source.textContent.trim() : "";
}

function enableCopying(button) {
  if (!navigator.clipboard) return;
  const label = [...button.childNodes];
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(textOf(button.dataset.copy));
    button.textContent = button.dataset.done || "✓";
    window.setTimeout(() => { button.replaceChildren(...label); }, 2000);
  });
}

function enableDropping(zone) {
  const input = zone.querySelector("input[type=file]");
  zone.querySelector("[data-drop-hint]").hidden = false;
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
}

document.querySelectorAll("button[data-copy]").forEach(enableCopying);
document.querySelectorAll("[data-drop]").forEach(enableDropping);
