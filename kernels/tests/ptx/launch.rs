//! Blocks of a launch, one after the other.

use crate::{
    decode::Program,
    execute::LANES,
    memory::{Find, Memory},
    warp::Warp,
};

/// Extent of a launch.
#[derive(Clone, Copy, Debug)]
pub struct Launch {
    pub grid: [u32; 3],
    pub block: [u32; 3],
    /// Bytes of dynamic shared memory.
    pub shared: u64,
}

/// Runs a kernel; its arguments stand at the offsets that the program says.
pub fn run(program: &Program, launch: &Launch, arguments: &[u8], find: Find<'_>) -> Result<(), String> {
    let [width, height, depth] = launch.grid;
    for z in 0..depth {
        for y in 0..height {
            for x in 0..width {
                run_block(program, launch, [x, y, z], arguments, find)
                    .map_err(|message| format!("{}, block ({x}, {y}, {z}): {message}", program.name))?;
            }
        }
    }
    Ok(())
}

fn run_block(
    program: &Program,
    launch: &Launch,
    block: [u32; 3],
    arguments: &[u8],
    find: Find<'_>,
) -> Result<(), String> {
    let threads: u32 = launch.block.iter().product();
    let shared = program.shared_bytes + launch.shared;
    let mut memory = Memory::new(find, arguments, shared, program.local_bytes, threads.into())?;
    let mut warps: Vec<Warp> = (0..threads)
        .step_by(LANES)
        .map(|first| {
            let mut warp = Warp::new(program, first, threads);
            for (place, name) in &program.specials {
                warp.registers.words[place.index as usize] = special(name, launch, block, first)?;
            }
            Ok(warp)
        })
        .collect::<Result<_, String>>()?;
    // warps are in no order: every other block's run backwards
    if block[0] % 2 == 1 {
        warps.reverse();
    }
    loop {
        let mut barrier = None;
        for warp in &mut warps {
            warp.run(program, &mut memory)?;
            let arrived = warp.arrived()?;
            if barrier.is_some() && arrived.is_some() && barrier != arrived {
                return Err("threads of one block wait at different barriers".to_owned());
            }
            barrier = barrier.or(arrived);
        }
        if barrier.is_none() {
            return Ok(());
        }
        warps.iter_mut().for_each(Warp::release);
    }
}

/// What a special register says to the lanes of the warp that begins with a thread.
fn special(name: &str, launch: &Launch, block: [u32; 3], first: u32) -> Result<[u32; LANES], String> {
    let (name, axis) = name.split_once('.').unwrap_or((name, ""));
    let axis = match axis {
        "x" => 0,
        "y" => 1,
        "z" => 2,
        _ => return Err(format!("an unknown register {name}")),
    };
    match name {
        "%tid" => Ok(std::array::from_fn(|lane| {
            let thread = first + lane as u32;
            let [width, height, _] = launch.block;
            [thread % width, thread / width % height, thread / width / height][axis]
        })),
        "%ntid" => Ok([launch.block[axis]; LANES]),
        "%ctaid" => Ok([block[axis]; LANES]),
        "%nctaid" => Ok([launch.grid[axis]; LANES]),
        _ => Err(format!("an unknown register {name}")),
    }
}
