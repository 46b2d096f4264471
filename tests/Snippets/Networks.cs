using CniInvoker;

namespace Bridge.Snippets;

/// <summary>The code of docs/cni-invoker.md about configurations and results.</summary>
public static class Networks
{
    public static NetworkConfiguration? Read(string directory, TextWriter log)
    {
        var contents = new ConfigurationDirectory(directory).Load();
        foreach (var problem in contents.Problems.Concat(contents.Warnings))
            log.WriteLine($"{problem.File}: {problem.Message}");

        return contents.Find("pods");
    }

    public static NetworkConfiguration Parse()
    {
        var network = NetworkConfiguration.Parse(
            """{ "cniVersion": "1.0.0", "name": "lo", "plugins": [{ "type": "loopback" }] }"""u8.ToArray(), source: "the loopback network");
        return network;
    }

    public static string Show(CniResult result)
    {
        var sandbox = result.ContainerInterface("eth0")?.Sandbox;
        var addresses = string.Join(", ", result.Ips.Select(ip => ip.Address));
        var old = result.ConvertTo("0.4.0").Json.ToJsonString();
        return $"{sandbox} {addresses} {old}";
    }
}
