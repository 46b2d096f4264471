using System.Globalization;
using CniInvoker.Tests.Properties.Drawn;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace CniInvoker.Tests.Properties;

public sealed class VersionProperties
{
    private static readonly Gen<string> Offers = Gen.OneOf(
        Gen.Elements([.. SpecVersion.Known, "1.1", "1", "0.4", "1.1.1", "2.0.0", "0.10.0", "01.0.0"]),
        Gen.Choose(0, 3).Three().Select(parts => $"{parts.Item1}.{parts.Item2}.{parts.Item3}"));

    [Property(MaxTest = 300)]
    public Property The_highest_of_the_offered_versions_that_the_library_knows_is_chosen() => Prop.ForAll(
        Arb.From(JsonGenerators.UpTo(5, Offers)), Arb.From(Gen.OneOf(Offers, Gen.Constant(""))), (list, single) =>
        {
            var known = list.Append(single).Where(version => version != "").Where(version => Number(version) <= 1_001_000).ToArray();
            var expected = list.Count == 0 ? (single == "" ? "0.1.0" : single)
                : known.Length > 0 ? known.MaxBy(Number)!
                : single == "" ? list.MaxBy(Number)! : single;

            var chosen = Choose(list, single);

            Number(chosen).Should().Be(Number(expected));
            if (known.Contains(chosen))
            {
                var isSpeltAsPluginsDo = known.Any(version => Number(version) == Number(chosen) && SpecVersion.Known.Contains(version));
                SpecVersion.Known.Contains(chosen).Should().Be(isSpeltAsPluginsDo);
            }
        });

    [Property]
    public Property The_order_in_which_versions_are_offered_does_not_matter() => Prop.ForAll(
        Arb.From(JsonGenerators.UpTo(5, Offers).SelectMany(list => Gen.Shuffle<string>([.. list]), (list, shuffled) => (list, shuffled))),
        lists => Number(Choose(lists.list, "")) == Number(Choose(lists.shuffled, "")));

    [Property(MaxTest = 300)]
    public Property Versions_are_ordered_by_their_numbers() => Prop.ForAll(
        Arb.From(Offers), Arb.From(Offers), (left, right) =>
            Math.Sign(SpecVersion.Parse(left).CompareTo(SpecVersion.Parse(right))) == Math.Sign(Number(left).CompareTo(Number(right))));

    private static string Choose(IReadOnlyList<string> list, string single)
    {
        var json =
            new Json.Fields(
                [new("name", new Json.Words("n")), new("plugins", new Json.Items([new Json.Fields([new("type", new Json.Words("a"))])]))])
            .With("cniVersion", single == "" ? null : new Json.Words(single))
            .With("cniVersions", new Json.Items([.. list.Select(version => new Json.Words(version))]));
        return NetworkConfiguration.Parse(json.Utf8, "file").CniVersion;
    }

    private static int Number(string version) => version.Split('.').Concat(["0", "0"]).Take(3)
        .Aggregate(0, (number, part) => (number * 1000) + int.Parse(part, CultureInfo.InvariantCulture));
}
