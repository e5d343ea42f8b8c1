//! Memory and transfers on the mock driver.

use super::{Device, Options, cards, use_driver};
use crate::{DeviceError, Error};

/// A card of the mock driver.
fn open(options: Options) -> Device {
    use_driver(crema_mock_driver::library());
    Device::open(options).expect("the mock driver has a card")
}

fn both_kinds() -> [Device; 2] {
    [false, true].map(|exact| {
        open(Options {
            exact,
            ..Options::default()
        })
    })
}

fn pattern(length: usize) -> Vec<u32> {
    (0..length as u32)
        .map(|i| i.wrapping_mul(0x9E37_79B9) ^ length as u32)
        .collect()
}

#[test]
fn values_come_back_as_they_went() {
    const HALF: usize = 1 << 20; // elements of a staging half
    for device in both_kinds() {
        for length in [0, 1, 127, 128, HALF - 1, HALF, HALF + 1, 2 * HALF, 5 * HALF + 3] {
            let values = pattern(length);
            let buffer = device.upload(&values).expect("upload");
            assert_eq!(buffer.len(), length);
            assert_eq!(device.download(buffer.view()).expect("download"), values);
            let range = length / 3..length - length / 7;
            assert_eq!(
                device.download(buffer.slice(range.clone())).expect("download"),
                values[range]
            );
        }
        assert_eq!(device.memory().in_use, 0);
    }
}

#[test]
fn uploads_in_a_row_do_not_overwrite_each_other() {
    for device in both_kinds() {
        let values: Vec<Vec<u32>> = (1..40).map(|i| pattern(1000 * i)).collect();
        let buffers: Vec<_> = values
            .iter()
            .map(|values| device.upload(values).expect("upload"))
            .collect();
        for (buffer, values) in buffers.iter().zip(&values) {
            assert_eq!(&device.download(buffer.view()).expect("download"), values);
        }
    }
}

#[test]
fn copies_and_zeros() {
    for device in both_kinds() {
        let values = pattern(1000);
        let from = device.upload(&values).expect("upload");
        let to = device.zeroed::<u32>(1500).expect("zeroed");
        device
            .copy(from.slice(100..900), to.slice(300..1100))
            .expect("copy");
        device.fill_zero(to.slice(400..500)).expect("fill");
        let mut expected = vec![0; 1500];
        expected[300..1100].copy_from_slice(&values[100..900]);
        expected[400..500].fill(0);
        assert_eq!(device.download(to.view()).expect("download"), expected);
    }
}

#[test]
fn the_limit_is_kept_and_named() {
    let limit = 3 << 20;
    for exact in [false, true] {
        let device = open(Options {
            memory_limit: Some(limit),
            exact,
            ..Options::default()
        });
        let held = device.allocate::<u8>(2 << 20).expect("within the limit");
        assert!(device.free_memory() <= 1 << 20);
        let refused = device.allocate::<u8>((1 << 20) + 1).map(drop);
        let Err(Error::Device(DeviceError::OutOfMemory {
            asked,
            in_use,
            limit: told,
            ..
        })) = refused
        else {
            panic!("{refused:?}");
        };
        assert!(asked > 1 << 20);
        assert_eq!((in_use, told), (2 << 20, limit));
        drop(held);
        device.allocate::<u8>(3 << 20).expect("all of it");
        assert!(device.allocate::<u8>(usize::MAX).is_err());
        assert!(device.allocate::<u64>(usize::MAX).is_err());
    }
}

#[test]
fn memory_is_taken_once_and_given_back() {
    let device = open(Options::default());
    device.reserve(100 << 20).expect("reserve");
    let reserved = device.memory().reserved;
    assert!(reserved >= 100 << 20);
    let buffers: Vec<_> = (0..90)
        .map(|_| device.allocate::<u8>(1 << 20).expect("allocate"))
        .collect();
    assert_eq!(device.memory().reserved, reserved);
    assert_eq!(device.memory().in_use, 90 << 20);
    drop(buffers);
    assert_eq!(device.memory().in_use, 0);
    assert_eq!(device.memory().peak, 90 << 20);
    device.trim();
    assert_eq!(device.memory().reserved, 0);
}

#[test]
fn cards_are_counted_from_zero() {
    let device = open(Options::default());
    let facts = cards().expect("cards");
    assert_eq!(facts.len(), 1);
    assert_eq!(facts[0].name, device.facts().name);
    let refused = Device::open(Options {
        index: 1,
        ..Options::default()
    });
    assert_eq!(
        refused.map(drop),
        Err(DeviceError::NoSuchDevice { index: 1, count: 1 })
    );
}

#[test]
fn an_unknown_kernel_and_a_launch_that_does_not_fit_are_refused_and_harm_nothing() {
    let device = open(Options::default());
    assert!(matches!(
        launch!(device, "no_such_kernel", grid: 1, block: 32, shared: 0, []),
        Err(Error::Device(DeviceError::UnknownKernel(name))) if name == "no_such_kernel"
    ));
    device.synchronize().expect("still usable");
}

#[test]
fn threads_share_a_card() {
    let device = open(Options::default());
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let device = &device;
            scope.spawn(move || {
                for round in 0..20 {
                    let values = pattern(5000 * thread + 300 * round + 1);
                    let a = device.upload(&values).expect("upload");
                    let b = device.allocate(values.len()).expect("allocate");
                    device.copy(a.view(), b.view()).expect("copy");
                    drop(a);
                    assert_eq!(device.download(b.view()).expect("download"), values);
                }
            });
        }
    });
    assert_eq!(device.memory().in_use, 0);
}
