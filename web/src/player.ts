// Keys for the player: space or k plays, arrows or j and l seek, n and p go to the next and the previous track.

const SEEK = 5; // seconds

export function improvePlayer(player: HTMLElement): void {
  const audio = player.querySelector("audio");
  if (!audio) return;
  const go = (relation: string): void => player.querySelector<HTMLAnchorElement>(`a[rel=${relation}]`)?.click();

  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (at instanceof HTMLElement && at.closest("input, textarea, select, button, a, summary, audio, [contenteditable]")) return;
    switch (event.key) {
      case " ":
      case "k":
        if (audio.paused) void audio.play();
        else audio.pause();
        break;
      case "ArrowLeft":
      case "j":
        audio.currentTime = Math.max(0, audio.currentTime - SEEK);
        break;
      case "ArrowRight":
      case "l":
        audio.currentTime = Math.min(audio.duration || 0, audio.currentTime + SEEK);
        break;
      case "n":
        go("next");
        break;
      case "p":
        go("prev");
        break;
      default:
        return;
    }
    event.preventDefault();
  });

  // A list plays on: the next track's page is asked to start by itself.
  audio.addEventListener("ended", () => {
    const next = player.querySelector<HTMLAnchorElement>("a[rel=next]");
    if (next) location.assign(`${next.href}#play`);
  });
  if (location.hash === "#play") void audio.play().catch(() => undefined);
}
