//! The naming rules of `buf lint` (STANDARD), checked on the descriptor set, and: everything is explained.

use picasso_api::proto::DESCRIPTOR_SET;
use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

fn files() -> Vec<FileDescriptorProto> {
    let set = FileDescriptorSet::decode(DESCRIPTOR_SET).unwrap();
    set.file
        .into_iter()
        .filter(|file| file.package().starts_with("picasso."))
        .collect()
}

#[test]
fn a_package_is_its_folder_and_ends_with_a_version() {
    for file in files() {
        let folder = file.name().rsplit_once('/').unwrap().0;
        assert_eq!(file.package(), folder.replace('/', "."), "{}", file.name());
        assert!(file.package().ends_with(".v1"), "{}", file.name());
    }
}

#[test]
fn every_rpc_has_a_request_and_a_response_of_its_own_name() {
    for file in files() {
        for service in &file.service {
            assert!(service.name().ends_with("Service"), "{}", service.name());
            for method in &service.method {
                let package = file.package();
                let name = method.name();
                assert_eq!(method.input_type(), format!(".{package}.{name}Request"));
                assert_eq!(method.output_type(), format!(".{package}.{name}Response"));
            }
        }
    }
}

#[test]
fn every_enum_begins_with_unspecified_and_prefixes_its_values() {
    for file in files() {
        for kind in &file.enum_type {
            let prefix = kind.name().chars().fold(String::new(), |mut text, c| {
                if c.is_ascii_uppercase() && !text.is_empty() {
                    text.push('_');
                }
                text.push(c.to_ascii_uppercase());
                text
            });
            assert_eq!(kind.value[0].name(), format!("{prefix}_UNSPECIFIED"));
            assert_eq!(kind.value[0].number(), 0);
            for value in &kind.value {
                assert!(
                    value.name().starts_with(&format!("{prefix}_")),
                    "{}",
                    value.name()
                );
            }
        }
    }
}

#[test]
fn every_command_carries_a_request_id_and_answers_a_receipt() {
    for file in files()
        .iter()
        .filter(|file| file.package() == "picasso.commands.v1")
    {
        for message in &file.message_type {
            let has = |field| message.field.iter().any(|found| found.name() == field);
            if message.name().ends_with("Request") {
                assert!(has("request_id"), "{}", message.name());
            }
            if message.name().ends_with("Response") {
                assert!(has("receipt"), "{}", message.name());
            }
        }
    }
}

#[test]
fn every_query_can_wait_for_a_position() {
    for file in files()
        .iter()
        .filter(|file| file.package() == "picasso.queries.v1")
    {
        for message in file
            .message_type
            .iter()
            .filter(|message| message.name().ends_with("Request"))
        {
            let waits = message
                .field
                .iter()
                .any(|field| field.name() == "min_position");
            assert!(waits, "{}", message.name());
        }
    }
}

#[test]
fn every_message_service_and_rpc_is_explained() {
    for file in files() {
        let info = file.source_code_info.as_ref().unwrap();
        let explained = |path: &[i32]| {
            info.location
                .iter()
                .any(|place| place.path == path && !place.leading_comments().is_empty())
        };
        // Field numbers of FileDescriptorProto: 4 messages, 5 enums, 6 services; of a service: 2 methods.
        for (index, message) in (0..).zip(&file.message_type) {
            assert!(explained(&[4, index]), "{} {}", file.name(), message.name());
        }
        for (index, kind) in (0..).zip(&file.enum_type) {
            assert!(explained(&[5, index]), "{} {}", file.name(), kind.name());
        }
        for (index, service) in (0..).zip(&file.service) {
            assert!(explained(&[6, index]), "{} {}", file.name(), service.name());
            for (number, method) in (0..).zip(&service.method) {
                assert!(
                    explained(&[6, index, 2, number]),
                    "{} {}",
                    file.name(),
                    method.name()
                );
            }
        }
    }
}
