//! Which colour profile a rendition keeps.

/// Larger profiles (printers') would outweigh the thumbnails they are put into.
const MAX_PROFILE_BYTES: usize = 256 << 10;
const HEADER_BYTES: usize = 128;

/// The profile, if it is one and describes RGB, the only colour model of our renditions (ICC.1:2022, 7.2: the size
/// at byte 0, the data colour space at 16, the signature `acsp` at 36).
pub fn for_rgb(profile: Option<Vec<u8>>) -> Option<Vec<u8>> {
    profile.filter(|profile| {
        let size = u32::try_from(profile.len()).map(u32::to_be_bytes);
        (HEADER_BYTES..=MAX_PROFILE_BYTES).contains(&profile.len())
            && size.is_ok_and(|size| profile.starts_with(&size))
            && &profile[16..20] == b"RGB "
            && &profile[36..40] == b"acsp"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(model: &[u8; 4]) -> Vec<u8> {
        let mut profile = vec![0; 132];
        profile[3] = 132;
        profile[16..20].copy_from_slice(model);
        profile[36..40].copy_from_slice(b"acsp");
        profile
    }

    #[test]
    fn only_a_whole_rgb_profile_is_kept() {
        assert!(for_rgb(Some(profile(b"RGB "))).is_some());
        for model in [b"CMYK", b"GRAY", b"Lab "] {
            assert_eq!(for_rgb(Some(profile(model))), None);
        }
        let mut cut = profile(b"RGB ");
        cut.pop();
        assert_eq!(for_rgb(Some(cut)), None);
        assert_eq!(for_rgb(Some(b"GPS".to_vec())), None);
        assert_eq!(for_rgb(None), None);
    }
}
