//! Random commands against the model, shrunk to the shortest when they differ.

use super::acts::{ACTS, Runner, Step};
use super::disk::{Disk, Image};
use super::model::{Model, compare, compare_deeply};
use super::power::effort;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

fn step() -> impl Strategy<Value = Step> {
    let act = (0..ACTS.len()).prop_map(|n| ACTS[n]);
    prop_oneof![
        12 => act.clone().prop_map(|act| Step::Group(vec![act])),
        4 => vec(act, 2..10).prop_map(Step::Group),
        2 => Just(Step::Batch),
        1 => Just(Step::Rebuild),
        3 => Just(Step::Reopen),
    ]
}

#[test]
fn the_store_does_what_maps_do() {
    let config = Config { cases: effort(60) as u32, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let commands = vec((step(), any::<u64>()), 1..40);
    let outcome = runner.run(&commands, |commands| {
        let disk = Disk::on(Image::empty());
        let mut store = Runner::open(disk, Model::default()).unwrap();
        for (step, seed) in commands {
            store.step(&step, seed).map_err(|_| TestCaseError::fail("stopped"))?;
            compare(store.db(), &store.model).map_err(|e| TestCaseError::fail(format!("after {step:?}: {e}")))?;
        }
        store.step(&Step::Reopen, 0).map_err(|_| TestCaseError::fail("stopped"))?;
        compare_deeply(store.db(), &store.model).map_err(TestCaseError::fail)
    });
    outcome.unwrap();
}
