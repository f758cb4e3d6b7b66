import { UnscopedValidationError } from 'aws-cdk-lib';
import { isProduct, type Product, products } from '../core/contract.ts';

/**
 * The products whose scopes Adobe documents, as values of the prop `product`. They are strings, so that
 * code and settings files mean the same, and languages without unions have one type.
 */
export class ImsProduct {
  /** Adobe Workfront Fusion. */
  static readonly WORKFRONT_FUSION: string = 'workfront-fusion' satisfies Product;
  /** Adobe Workflow Builder. */
  static readonly WORKFLOW_BUILDER: string = 'workflow-builder' satisfies Product;
  /** Adobe Firefly Services. */
  static readonly FIREFLY: string = 'firefly' satisfies Product;
  /** The audio and video API of Adobe Firefly. */
  static readonly FIREFLY_AUDIO_VIDEO: string = 'firefly-audio-video' satisfies Product;
  /** The API that translates and lip-syncs. */
  static readonly TRANSLATE_LIPSYNC: string = 'translate-lipsync' satisfies Product;
  /** The Photoshop API. */
  static readonly PHOTOSHOP: string = 'photoshop' satisfies Product;
  /** The Lightroom API. */
  static readonly LIGHTROOM: string = 'lightroom' satisfies Product;
  /** Asset Compute of Adobe Experience Manager. */
  static readonly ASSET_COMPUTE: string = 'asset-compute' satisfies Product;
  /** Adobe Commerce. */
  static readonly COMMERCE: string = 'commerce' satisfies Product;
  /** Adobe I/O Events. */
  static readonly IO_EVENTS: string = 'io-events' satisfies Product;
  /** The User Management API. */
  static readonly USER_MANAGEMENT: string = 'user-management' satisfies Product;

  /**
   * A product by its name, for example from a settings file.
   *
   * @throws ValidationError if it is unknown
   */
  static of(name: string): string {
    if (isProduct(name)) return name;
    throw new UnscopedValidationError('Product' as never, unknownProduct(name));
  }

  private constructor() {}
}

export function unknownProduct(name: string): string {
  const known = products.join(', ');
  return `the product "${name}" is unknown: it must be one of ${known}; for another product give its scopes`;
}
