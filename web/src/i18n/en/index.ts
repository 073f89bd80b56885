import { account } from './account'
import { auth } from './auth'
import { buy } from './buy'
import { common } from './common'
import { errors } from './errors'
import { explore } from './explore'
import { ops } from './ops'
import { picture } from './picture'
import { selling } from './selling'
import { studio } from './studio'
import { upload } from './upload'

export const en = { common, errors, explore, picture, auth, account, upload, buy, selling, studio, ops }
