using CniInvoker.Tests.Properties.Drawn;
using FsCheck.Xunit;

namespace CniInvoker.Tests.Properties;

[Properties(Arbitrary = [typeof(Arbitraries)])]
public sealed class ResultConversionProperties
{
    private static readonly string[] FromLists = ["0.3.0", "0.3.1", "0.4.0"];
    private static readonly string[] FromPlainLists = ["1.0.0", "1.1.0"];
    private static readonly string[][] Shapes = [["0.1.0", "0.2.0"], FromLists, FromPlainLists];

    [Property]
    public void Within_one_shape_nothing_changes_but_the_versions_name(WrittenResult written)
    {
        foreach (var version in Shapes.Single(shape => shape.Contains(written.Version)))
        {
            var converted = written.Parse().ConvertTo(version);

            converted.CniVersion.Should().Be(version);
            Json.Of(converted.Json).Canonical.Should().Be(written.Json.With("cniVersion", new Json.Words(version)).Canonical);
        }
    }

    [Property]
    public void From_the_oldest_shape_up_and_down_again_nothing_is_lost(OldResult old)
    {
        foreach (var version in FromLists.Concat(FromPlainLists))
        {
            var back = old.Written.Parse().ConvertTo(version).ConvertTo(old.Written.Version);

            WithLists((Json.Fields)Json.Of(back.Json)).Canonical
                .Should().Be(WithLists(old.Written.Json.With("cniVersion", new Json.Words(old.Written.Version))).Canonical,
                    "of the way over {0}", version);
        }
    }

    [Property]
    public void From_1_0_0_down_to_0_4_0_and_up_again_interfaces_lose_what_0_4_0_does_not_know_and_nothing_else_does(WrittenResult written)
    {
        if (FromPlainLists.Contains(written.Version))
        {
            var back = written.Parse().ConvertTo("0.4.0").ConvertTo(written.Version);

            var expected = written.Json.Changed("interfaces", WithoutNewFields).With("cniVersion", new Json.Words(written.Version));
            Json.Of(back.Json).Canonical.Should().Be(
                (expected["dns"] is null ? expected.With("dns", new Json.Fields([])) : expected).Canonical);
        }
    }

    [Property]
    public void The_meaning_of_a_result_survives_conversion(WrittenResult written)
    {
        var result = written.Parse();

        foreach (var version in SpecVersion.Known)
        {
            if (!Shapes[0].Contains(version))
                Meaning.Of(result.ConvertTo(version)).Should().Be(
                    Meaning.Of(result, withNewFields: KeepsNewFields(written.Version, version)));
            else if (result.Ips.Count > 0)
                Meaning.Of(result.ConvertTo(version)).Should().Be(
                    Shapes[0].Contains(written.Version) ? Meaning.Of(result) : Meaning.PerFamily(result));
        }
    }

    [Property(MaxTest = 300)]
    public void Any_result_is_converted_or_refused(DamagedResult damaged)
    {
        foreach (var version in SpecVersion.Known)
        {
            try
            {
                CniResult.Parse(damaged.Json.Utf8, "1.0.0").ConvertTo(version).CniVersion.Should().Be(version);
            }
            catch (CniException refusal)
            {
                refusal.Code.Should().BeOneOf(CniErrorCode.IncompatibleVersion, CniErrorCode.DecodingFailure);
            }
        }
    }

    private static bool KeepsNewFields(string from, string to) =>
        Shapes.Single(shape => shape.Contains(from)).Contains(to) || !FromLists.Contains(to);

    private static Json WithoutNewFields(Json interfaces) => interfaces is not Json.Items items ? interfaces
        : new Json.Items([.. items.All.Select(link => ((Json.Fields)link).Without(key => key is "mtu" or "socketPath" or "pciID"))]);

    // An absent list, or null, equals an empty one.
    private static Json.Fields WithLists(Json.Fields result)
    {
        var families = new[] { "ip4", "ip6" }.Aggregate(result, (json, key) => json[key] is Json.Fields family
            ? json.Changed(key, _ => WithoutNulls(family["routes"] is Json.Items ? family : family.With("routes", new Json.Items([]))))
            : json.Without(other => other == key));
        return families["dns"] is Json.Fields ? families : families.Without(key => key == "dns").With("dns", new Json.Fields([]));
    }

    private static Json.Fields WithoutNulls(Json.Fields json) => new([.. json.All.Where(field => field.Value.ToString() != "null")]);
}
