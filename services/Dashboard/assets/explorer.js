// Lets a picture be dropped, shows it, and puts what the server found below it. Without this script the form works as a form.
const form = document.getElementById('drop');
const file = document.getElementById('file');
const preview = document.getElementById('preview');
const progress = document.getElementById('progress');
const results = document.getElementById('results');
let running;

async function search() {
  if (!file.files.length) {
    return;
  }
  running?.abort();
  running = new AbortController();
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(file.files[0]);
  preview.hidden = false;
  progress.textContent = progress.dataset.searching;
  results.replaceChildren();
  try {
    const response = await fetch(form.action, { method: 'POST', body: new FormData(form), headers: { 'X-Fragment': '1' }, signal: running.signal });
    if (response.redirected) {
      // The session has ended: the page asks who it is, and leads back here.
      location.reload();
      return;
    }
    if (!response.ok) {
      throw new Error(await response.text());
    }
    results.innerHTML = await response.text();
    progress.textContent = '';
  } catch (error) {
    if (error.name !== 'AbortError') {
      progress.textContent = `${progress.dataset.failed} ${error.message}`;
    }
  }
}

form.addEventListener('submit', event => {
  event.preventDefault();
  search();
});
file.addEventListener('change', search);
for (const name of ['dragover', 'dragenter']) {
  document.addEventListener(name, event => {
    event.preventDefault();
    form.classList.add('over');
  });
}
document.addEventListener('dragleave', event => {
  if (!event.relatedTarget) {
    form.classList.remove('over');
  }
});
document.addEventListener('drop', event => {
  event.preventDefault();
  form.classList.remove('over');
  if (event.dataTransfer.files.length) {
    file.files = event.dataTransfer.files;
    search();
  }
});
