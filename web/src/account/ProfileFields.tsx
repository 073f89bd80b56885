import { useI18n } from '@/i18n'
import { Field } from '@/ui/Field'

interface ProfileFieldsProps {
  errors: { displayName?: string; bio?: string }
  /** What stands there already. */
  profile?: { displayName: string; bio: string }
}

/** What of a profile can be changed. */
export function ProfileFields({ errors, profile }: ProfileFieldsProps) {
  const { t } = useI18n()
  return (
    <>
      <Field
        label={t('auth.displayName')}
        hint={t('auth.displayNameHint')}
        error={errors.displayName}
        name="displayName"
        autoComplete="name"
        required
        defaultValue={profile?.displayName}
      />
      <Field
        multiline
        label={t('auth.bio')}
        hint={t('auth.bioHint')}
        error={errors.bio}
        name="bio"
        rows={3}
        defaultValue={profile?.bio}
      />
    </>
  )
}
