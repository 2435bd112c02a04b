//! Sample data in stores that settings name.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;
use service::settings::{DatabaseSettings, NasSettings};
use standalone::stores_folder::OpenStores;
use stores::files::Files;

/// Fills empty stores with the sample data. `settings` has by server what it is told under `stores`; `data` is for what is
/// embedded, and says when all is there.
pub async fn seed(settings: &BTreeMap<&'static str, Value>, data: &Path, documents: u64) {
    std::fs::create_dir_all(data).unwrap();
    let crawl_info: DatabaseSettings = part(&settings["admin"]["crawl_info"]);
    let nas: NasSettings = part(&settings["admin"]["nas"]);
    let stores = OpenStores {
        auth: part::<auth::StoreSettings>(&settings["auth"]).open(data).await.unwrap(),
        crawl_info: DatabaseSettings::open(Some(&crawl_info), "crawl_info", data).await.unwrap(),
        files: Files::open(&nas.place(data).unwrap()).unwrap(),
        common: part::<common::settings::StoreSettings>(&settings["common"]).open(data).await.unwrap(),
    };
    standalone::seeding::seed(&stores, data, documents).await.unwrap();
}

fn part<T: DeserializeOwned>(settings: &Value) -> T {
    serde_json::from_value(settings.clone()).unwrap()
}
