//! Time that work takes on the card.

use std::time::Duration;

use cust::event::{Event, EventFlags};

use super::Device;
use crate::Error;

impl Device {
    /// Runs work and says how long the card's stream took for it, by the card's own clock: from the first command that
    /// the work puts on the stream to the last, waits of the host between them included.
    ///
    /// # Errors
    /// The work's, or the device's.
    pub fn timed<T>(&self, work: impl FnOnce() -> Result<T, Error>) -> Result<(T, Duration), Error> {
        self.enter()?;
        let begin = self.check("cuEventCreate", Event::new(EventFlags::DEFAULT))?;
        let end = self.check("cuEventCreate", Event::new(EventFlags::DEFAULT))?;
        self.check("cuEventRecord", begin.record(self.stream()))?;
        let value = work()?;
        self.enter()?;
        self.check("cuEventRecord", end.record(self.stream()))?;
        self.wait(&end)?;
        let milliseconds = self.check("cuEventElapsedTime", end.elapsed_time_f32(&begin))?;
        let time = Duration::try_from_secs_f64(f64::from(milliseconds) / 1e3).unwrap_or_default();
        Ok((value, time))
    }
}
