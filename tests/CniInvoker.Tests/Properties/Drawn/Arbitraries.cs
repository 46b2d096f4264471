using FsCheck;
using FsCheck.Fluent;

namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>The parameter types of properties.</summary>
public static class Arbitraries
{
    public static Arbitrary<Json> Values() => Arb.From(JsonGenerators.Values, JsonShrinking.Smaller);

    public static Arbitrary<WrittenNetwork> Networks() => Arb.From(NetworkGenerators.Networks, network => network.Smaller());

    public static Arbitrary<WrittenAttachment> Attachments() =>
        Arb.From(AttachmentGenerators.Attachments, attachment => attachment.Smaller());

    public static Arbitrary<WrittenResult> Results() => Arb.From(ResultGenerators.Results, result => result.Smaller());

    public static Arbitrary<OldResult> OldResults() =>
        Arb.From(ResultGenerators.OldResults,
            result => result.Written.Smaller().Select(smaller => new OldResult(smaller)).Where(smaller => smaller.HasAddress));

    public static Arbitrary<DamagedResult> DamagedResults() =>
        Arb.From(ResultGenerators.Damaged, result => JsonShrinking.Smaller(result.Json).Select(smaller => new DamagedResult(smaller)));
}
