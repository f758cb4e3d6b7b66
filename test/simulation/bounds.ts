// Seconds that the model's faults last at most, and that the rotator may take because of them.

/** The largest difference of two clocks, each of which is wrong by two minutes at most. */
export const largestSkew = 240;

/** A final failure waits that long at most. */
export const longestWait = 3_600 + largestSkew;

/** After a request to IMS, the budget may delay the next one so long. */
export const budgetWait = 600 + largestSkew;

/** A list may lag behind so long. */
export const longestLag = 300;

/** EventBridge Scheduler is precise to a minute. */
export const usualLateness = 60;

/** A consumer may hold a token that was replaced for so long. */
export const longestCache = 300;
