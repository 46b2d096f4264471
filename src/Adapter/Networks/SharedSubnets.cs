using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>CNI networks with a common subnet: their containers cannot reach each other, and both may give one address.</summary>
internal static class SharedSubnets
{
    /// <returns>A sentence for each pair.</returns>
    public static IReadOnlyList<string> Describe(IReadOnlyList<NetworkConfiguration> networks)
    {
        var sentences = new List<string>();
        for (var index = 0; index < networks.Count; index++)
        {
            foreach (var other in networks.Skip(index + 1))
            {
                var common = CniSubnet.Of(networks[index]).SelectMany(_ => CniSubnet.Of(other), (one, two) => (One: one.Subnet, Two: two.Subnet))
                    .Where(pair => CniSubnet.Overlap(pair.One, pair.Two)).Select(pair => pair.One.PrefixLength > pair.Two.PrefixLength ? pair.One : pair.Two).ToArray();
                if (common.Length > 0)
                {
                    sentences.Add(
                        $"CNI networks {networks[index].Name} and {other.Name} have subnet {string.Join(" and ", common.Distinct())} in common: unless that is meant, " +
                        "one address may be given twice, and no container can be on both.");
                }
            }
        }

        return sentences;
    }
}
