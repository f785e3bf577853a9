// Reads one code with the camera: by the browser's own reader where it has one, else by the one we bring along.

const FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "itf", "code_128", "databar", "databar_expanded", "qr_code", "data_matrix"];
const PAUSE = 120; // ms between two looks
const PICTURE = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
const REASONS = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "absent", OverconstrainedError: "absent", NotReadableError: "busy", AbortError: "busy" };

let reader;

/** The code that the camera sees first; "" when the window is closed before, or no camera is to be had. */
export async function read(dialog) {
  const video = dialog.querySelector("video");
  const said = dialog.querySelector("[role=status]");
  const say = (word) => {
    said.textContent = said.dataset[word];
    dialog.toggleAttribute("data-blind", !["starting", "looking"].includes(word));
  };
  say("starting");
  if (!navigator.mediaDevices) {
    say("insecure");
    return "";
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: PICTURE, audio: false });
    video.srcObject = stream;
    await video.play();
    reader ??= await makeReader(dialog.dataset);
  } catch (error) {
    stop(stream, video);
    say(REASONS[error.name] ?? "failed");
    return "";
  }
  say("looking");
  try {
    return await look(dialog, video);
  } finally {
    stop(stream, video);
  }
}

async function look(dialog, video) {
  while (dialog.open) {
    const [found] = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? await reader.detect(video) : [];
    if (found?.rawValue && dialog.open) return found.rawValue;
    await new Promise((done) => setTimeout(done, PAUSE));
  }
  return "";
}

function stop(stream, video) {
  for (const track of stream?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

async function makeReader({ reader: address, wasm }) {
  const native = window.BarcodeDetector ? await window.BarcodeDetector.getSupportedFormats() : [];
  if (native.includes("ean_13")) {
    return new window.BarcodeDetector({ formats: FORMATS.filter((format) => native.includes(format)) });
  }
  // As the package's ponyfill names them: BarcodeDetector, prepareZXingModule.
  const { t: BarcodeDetector, n: prepareZXingModule } = await import(address);
  const ours = await BarcodeDetector.getSupportedFormats();
  prepareZXingModule({ overrides: { locateFile: () => new URL(wasm, location.href).href } });
  return new BarcodeDetector({ formats: FORMATS.filter((format) => ours.includes(format)) });
}
