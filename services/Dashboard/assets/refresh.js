// Keeps the parts of a page that change by themselves up to date: it is fetched again, and those parts take the place of the old ones.
const parts = document.querySelectorAll('[data-refresh]');
const interval = 3000;
const patience = 15000;

async function refresh() {
  if (!document.hidden) {
    try {
      const response = await fetch(location.pathname, { redirect: 'error', signal: AbortSignal.timeout(patience) });
      if (response.ok) {
        const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
        for (const part of parts) {
          const now = fresh.querySelector(`[data-refresh="${part.dataset.refresh}"]`);
          // What somebody stands on stays until they go on.
          if (now && !part.contains(document.activeElement) && now.innerHTML !== part.innerHTML) {
            part.innerHTML = now.innerHTML;
          }
        }
      }
    } catch {
      // The dashboard is away or hangs for a moment, or the session ended: what is shown stays, and the next round tries again.
    }
  }
  setTimeout(refresh, interval);
}

setTimeout(refresh, interval);
