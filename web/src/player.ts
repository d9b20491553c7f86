// Keys for the player: space plays and arrows seek; while the focus is in it, so do k, j and l, and n and p go to the next
// and the previous one. Only then, because who speaks to a machine types letters (WCAG 2.1.4). Of a picture the arrows go
// there too. The keys of a keyboard that are made for this work from everywhere.

const SEEK = 5; // seconds
const PLAY = "#play"; // The page that is gone to starts by itself,
const PLAY_ON = "#play-on"; // and so do all that follow.
const HERE = "#player"; // Or it only takes the focus, which it does with the others too.
const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";
// What answers to space and the arrows by itself.
const ANSWERING = "input, button, a, summary, audio, iframe, pre";

export function improvePlayer(player: HTMLElement): void {
  const audio = player.querySelector("audio");
  const playsOn = player.querySelector<HTMLInputElement>("[data-play-on]");
  const linkTo = (relation: string) => player.querySelector<HTMLAnchorElement>(`a[rel=${relation}]`);
  const isTrack = audio !== null;

  showWhatIsBroken(player);
  player.querySelector("[data-keys]")?.removeAttribute("hidden");
  if (playsOn) playsOn.checked = location.hash === PLAY_ON;
  if ([PLAY, PLAY_ON, HERE].includes(location.hash)) player.focus();
  if (audio && [PLAY, PLAY_ON].includes(location.hash)) void audio.play().catch(() => undefined);

  const go = (relation: string): void => {
    const link = linkTo(relation);
    if (!link) return;
    link.hash = playsOn?.checked ? PLAY_ON : audio && !audio.paused ? PLAY : HERE;
    link.click();
  };
  const toggle = (): void => {
    if (audio?.paused) void audio.play().catch(() => undefined);
    else audio?.pause();
  };
  const seek = (seconds: number): void => {
    if (audio) audio.currentTime = Math.min(audio.duration || 0, Math.max(0, audio.currentTime + seconds));
  };
  const back = isTrack ? () => seek(-SEEK) : () => go("prev");
  const on = isTrack ? () => seek(SEEK) : () => go("next");
  const plain: Record<string, () => void> = { n: () => go("next"), p: () => go("prev") };
  if (isTrack) Object.assign(plain, { k: toggle, j: back, l: on });
  const shared: Record<string, () => void> = { ArrowLeft: back, ArrowRight: on };
  if (isTrack) shared[" "] = toggle;

  document.addEventListener("keydown", (event) => {
    const at = event.target instanceof HTMLElement ? event.target : null;
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || at?.closest(TYPING)) return;
    const act = (at && player.contains(at) ? plain[event.key] : undefined) ?? (at?.closest(ANSWERING) ? undefined : shared[event.key]);
    if (!act) return;
    act();
    event.preventDefault();
  });

  if (isTrack && "mediaSession" in navigator) {
    if (linkTo("next")) navigator.mediaSession.setActionHandler("nexttrack", () => go("next"));
    if (linkTo("prev")) navigator.mediaSession.setActionHandler("previoustrack", () => go("prev"));
  }

  // A list plays on only if somebody asked for that.
  audio?.addEventListener("ended", () => {
    if (playsOn?.checked) go("next");
  });
}

/** Say so where a track or a picture doesn't come. It may have failed before this script was there. */
function showWhatIsBroken(player: HTMLElement): void {
  const shown = player.querySelector<HTMLAudioElement | HTMLImageElement>("audio, img");
  const sentence = player.querySelector<HTMLElement>("[data-broken]");
  if (!shown || !sentence) return;
  const say = (): void => {
    sentence.hidden = false;
  };
  shown.addEventListener("error", say);
  const failed = shown instanceof HTMLImageElement ? shown.complete && !shown.naturalWidth : shown.error;
  if (failed) say();
}
