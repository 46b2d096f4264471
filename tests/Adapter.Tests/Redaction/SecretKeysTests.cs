using Bridge.Adapter.Redaction;
using Bridge.Adapter.Tests.Source;

namespace Bridge.Adapter.Tests.Redaction;

/// <summary>Which keys name a secret.</summary>
public sealed class SecretKeysTests
{
    [Theory]
    [InlineData("password")]
    [InlineData("etcdPassword")]
    [InlineData("ETCD_PASSWD")]
    [InlineData("passphrase")]
    [InlineData("client-secret")]
    [InlineData("k8s_auth_token")]
    [InlineData("accessToken")]
    [InlineData("apikey")]
    [InlineData("api_key")]
    [InlineData("AWS_SECRET_ACCESS_KEY")]
    [InlineData("private-key")]
    [InlineData("authKey")]
    [InlineData("key")]
    [InlineData("psk")]
    [InlineData("Authorization")]
    [InlineData("kubeconfig")]
    [InlineData("certificate-authority-data")]
    [InlineData("client-certificate-data")]
    [InlineData("client-key-data")]
    [InlineData("cni.args.TOKEN")]
    [InlineData("auth")]
    [InlineData("registry-credentials")]
    public void A_key_that_names_a_secret_is_recognized(string key) => SecretKeys.IsSecret(key).Should().BeTrue();

    [Theory]
    [InlineData("monkey")]
    [InlineData("keyboard")]
    [InlineData("author")]
    [InlineData("bypass")]
    [InlineData("type")]
    [InlineData("subnet")]
    [InlineData("K8S_POD_NAME")]
    [InlineData("SandboxKey")]
    [InlineData("sandboxKey")]
    [InlineData("ipam")]
    [InlineData("")]
    public void Another_key_is_not(string key) => SecretKeys.IsSecret(key).Should().BeFalse();

    [Theory]
    [InlineData("kubeconfig", "/etc/cni/net.d/calico-kubeconfig", true)]
    [InlineData("etcd_key_file", "/etc/etcd/key.pem", true)]
    [InlineData("tokenPath", "/var/run/secrets/token", true)]
    [InlineData("kubeconfig", "apiVersion: v1", false)]
    [InlineData("kubeconfig", "/etc/a b", false)]
    [InlineData("password", "/starts/like/a/path", false)]
    public void The_path_of_a_file_with_a_secret_is_none(string key, string value, bool isPath) =>
        SecretKeys.IsPath(key, value).Should().Be(isPath);

    [Fact]
    public void The_document_lists_the_same_words()
    {
        var rows = SourceTree.Lines("docs/history.md").Where(line => line.StartsWith("| ", StringComparison.Ordinal)).ToArray();

        WordsOf(rows.Single(row => row.StartsWith("| anywhere in a key", StringComparison.Ordinal))).Should().Equal(SecretKeys.Parts);
        WordsOf(rows.Single(row => row.StartsWith("| as a whole word", StringComparison.Ordinal))).Should().Equal(SecretKeys.Words);
    }

    private static string[] WordsOf(string row) => [.. row.Split('`').Where((_, i) => i % 2 == 1)];
}
