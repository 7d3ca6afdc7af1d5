export { ManualClock } from './manual-clock.js';
export { MemoryJournal } from './memory-journal.js';
export { RecordingSender, type RecordedSend } from './recording-sender.js';
export { ScriptedFeed } from './scripted-feed.js';
export { ScriptedReader } from './scripted-reader.js';
export { SeededRandom } from './seeded-random.js';
