using System.Text;
using System.Text.Json.Nodes;
using Bridge.TestHosts;
using Bridge.TestHosts.Pods;

namespace Bridge.Samples.CrossRuntime;

/// <summary>CNI CHECK of a pod, asked as its runtime would ask it: of the same plugins, with the configuration and the result that the runtime keeps of the pod's ADD.</summary>
internal static class PodCheck
{
    private const string PluginPath = "/opt/cni/bin:/usr/lib/cni";
    private const string RunPlugin = """printf %s "$1" | PATH="$CNI_PATH:$PATH" "$0" """;

    /// <returns>What the first plugin that is not content says; null when all are.</returns>
    public static async Task<string?> ProblemOfAsync(TestHost host, Pod pod, CancellationToken cancellationToken)
    {
        var kept = await File.ReadAllTextAsync(host.PathOf($"/var/lib/cni/results/{CniNetworks.Name}-{pod.Id}-eth0"), cancellationToken);
        var record = JsonNode.Parse(kept)!;
        var network = JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String((string)record["config"]!)))!;
        var result = record["result"]!;
        var netns = result["interfaces"]!.AsArray().Select(link => (string?)link!["sandbox"]).First(path => !string.IsNullOrEmpty(path));
        string[] environment = ["CNI_COMMAND=CHECK", $"CNI_CONTAINERID={pod.Id}", $"CNI_NETNS={netns}", "CNI_IFNAME=eth0", "CNI_ARGS=IgnoreUnknown=1", $"CNI_PATH={PluginPath}"];
        foreach (var plugin in network["plugins"]!.AsArray())
        {
            var question = plugin!.DeepClone();
            question["cniVersion"] = network["cniVersion"]!.DeepClone();
            question["name"] = network["name"]!.DeepClone();
            question["prevResult"] = result.DeepClone();
            var answer = await host.RunAsync(["env", .. environment, "sh", "-c", RunPlugin, (string)plugin["type"]!, question.ToJsonString()], cancellationToken);
            if (!answer.Succeeded)
                return $"{(string)plugin["type"]!}: {answer.StandardOutput}{answer.StandardError}";
        }

        return null;
    }
}
